"""The coverage ledger (覆盖台账): which township got which item, how often, and who falls behind."""
