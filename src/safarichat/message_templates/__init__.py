"""A read-only copy of each business account's templates, kept in step by lists and news."""
