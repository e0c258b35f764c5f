"""Operations on badges, their cards, and the page on which anybody verifies one."""
