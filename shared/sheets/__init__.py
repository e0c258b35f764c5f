"""Tables that people send as files: Excel, OpenDocument and CSV, read without trusting them."""
