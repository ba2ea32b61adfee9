"""What was asked and answered: kept on disk, found again, and given to others.

Everything here takes plain values, so that a page and a command line can use it alike.
"""
