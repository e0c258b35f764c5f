"""dispatch: who goes where and when (派单, 接单)."""
