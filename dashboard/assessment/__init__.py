"""Performance assessments: opening a round, gathering what goes into scores, who may do what, signing, proving, rehearsing."""
