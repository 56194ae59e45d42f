"""The models of the Hugging Face Hub as an endpoint: task types run by inference providers, results of known types."""
