"""What one server shares between its sessions: jobs, results in memory, classrooms."""
