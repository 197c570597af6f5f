"""What keeps a proof from being done."""


class Broken(Exception):
    """A tool, or the bundle as a whole, is not what the proof needs: it cannot say yes or no. Exit status 2."""
