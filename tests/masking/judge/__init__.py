"""Judges what a masking program made of the corpus."""
