"""The suites of the quality gates, as code: one module a gate.

A suite is a list of Great Expectations expectations about figures, which a query in sql/gates works
out inside the warehouse. Importing a suite imports Great Expectations, which takes seconds.
"""
