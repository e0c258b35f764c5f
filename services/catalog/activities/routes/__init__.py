"""Operations on activities: of the corps, of those who take part, and for anybody."""
