"""`python -m policyeval`: the command, where its script is not on the path."""

from policyeval.cli import main

if __name__ == "__main__":
    main(prog_name="policyeval")
