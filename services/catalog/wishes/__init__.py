"""What townships wished for and the corps adopted: teams are asked about it in the survey of a draft."""
