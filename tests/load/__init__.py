"""Load and faults: a server in a guest, asked by wrk and by broken clients, through a network of the test's own."""
