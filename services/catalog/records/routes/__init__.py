"""Operations on records and certificates; the page that verifies one is the public's."""
