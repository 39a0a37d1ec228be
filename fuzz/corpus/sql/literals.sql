SELECT 'it''s; DROP TABLE x', "a" FROM t WHERE b = $$c$$ -- d
