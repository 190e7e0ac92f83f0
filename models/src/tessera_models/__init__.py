"""Training, export and evaluation of Tessera's model bundles."""

__version__ = "0.1.0"
