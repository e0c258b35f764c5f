"""Operations on courses, places in them, and tests."""
