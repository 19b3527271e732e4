"""Rules about principals: who they are, how they are written, and how far they are trusted."""
