"""What AWS services define: pinned data, read from AWS's pages, no logic of our own."""
