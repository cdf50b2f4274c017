"""Queries for pages and operators: one order, one account, buyers, sales."""
