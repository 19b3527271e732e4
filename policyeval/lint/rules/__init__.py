"""The rules, a folder a family and a file a rule; `table` lists them."""
