"""The repository around the code: packages, commands and documents, as a person on a fresh machine meets them."""
