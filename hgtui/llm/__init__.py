"""The one way to talk to a controller LLM: streaming chat over any server that speaks chat completions.

What is needed is imported from its own module: who only wants to know which controller a profile means pays for no client.
Importing any of them imports no HTTP library; openai is loaded in a thread at the first call.
"""
