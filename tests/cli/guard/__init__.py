"""Put on PYTHONPATH: what looks in from inside the processes under test."""
