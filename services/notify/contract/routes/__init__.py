"""The contract, for whoever builds another system: documents for programs, and pages to read."""
