"""What a township gets ready for a stop: tables, power, shade, as the items there ask for."""
