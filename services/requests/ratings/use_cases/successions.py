"""Ratings, and what is done about them, follow the booths that they are of."""

from sqlalchemy import or_, update

from services.requests.ratings.tables import follow_up, resident_rating
from shared.unit_of_work import Transaction


async def move_order(tx: Transaction, order_id: str, township_code: str) -> None:
    """An order turned out to be another township's, and so are the ratings of its booths. They keep their versions, for
    nothing that people wrote of them changes."""
    for table in (resident_rating, follow_up):
        moved = update(table).where(table.c.order_id == order_id)
        await tx.session.execute(moved.values(township_code=township_code))


async def move_booth(tx: Transaction, assignment_id: str, line_id: str, team_code: str) -> None:
    """Another team was at a booth, of which its ratings are. A follow-up has the id of the line that the township
    rated, or of the rating of a resident."""
    ratings = update(resident_rating).where(resident_rating.c.assignment_id == assignment_id)
    of_residents = resident_rating.select().with_only_columns(resident_rating.c.id)
    theirs = of_residents.where(resident_rating.c.assignment_id == assignment_id)
    follow_ups = update(follow_up).where(or_(follow_up.c.id == line_id, follow_up.c.id.in_(theirs)))
    for moved in (ratings, follow_ups):
        await tx.session.execute(moved.values(team_code=team_code))
