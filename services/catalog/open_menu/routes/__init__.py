"""Operations for other systems, and files to print."""
