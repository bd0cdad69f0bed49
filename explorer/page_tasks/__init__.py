"""What pages have computed in worker processes: functions that are found by their names."""
