"""The benchmarks of the contract: `safarichat bench ingest | queue | send`. Each prints JSON lines."""
