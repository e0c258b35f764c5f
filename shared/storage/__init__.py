"""Files that people send: kept in a folder, or in a store that speaks S3."""
