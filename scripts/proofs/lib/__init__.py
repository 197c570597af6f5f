"""What the proofs share."""
