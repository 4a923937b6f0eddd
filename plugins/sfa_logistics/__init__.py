"""SFA logistics: training services, trainees, tutors, tasks, assignments.

Owns the tasks that orders make and who does them. Must never show outside the SFA who a trainee is.
"""
