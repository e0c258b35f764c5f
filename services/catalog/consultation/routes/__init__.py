"""Operations on consultations, and the residents' pages about them."""
