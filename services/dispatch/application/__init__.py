"""dispatch's use cases: intake copies what others announce, planning and fieldwork decide, queries read."""
