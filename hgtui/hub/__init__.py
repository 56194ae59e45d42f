"""The one way to talk to the Hugging Face Hub and its inference router. Types of huggingface_hub and httpx2 stay inside."""
