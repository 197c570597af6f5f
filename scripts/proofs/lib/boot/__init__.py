"""A network that is started from the files of a bundle, without root and without Docker."""
