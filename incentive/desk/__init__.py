"""The audit desk: reads everything in a scope, changes nothing but its own worksheets."""
