"""The year's budgets: the rule that sets them, their workings, and a letter to each practice."""
