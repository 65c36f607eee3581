-- The store over several PostgreSQL machines (Citus): run once, as the owner, after `mch init` and before data come in.
-- More than 95 of 100 rows are values and totals. They are spread; what names them is small and stands on every machine.
-- Each primary or unique key of a spread table contains its distribution column; foreign keys of spread tables lead to
-- reference tables only. tests/store/test_distribution.py holds this file against the schema.

-- On every machine: names, receipts and what hangs on them.
SELECT create_reference_table('organisation');
SELECT create_reference_table('data_element');
SELECT create_reference_table('upload');
SELECT create_reference_table('submission');

-- Spread by the return: what its cells state, and the months told from it, side by side.
SELECT create_distributed_table('data_value', 'submission_id');
SELECT create_distributed_table('derived_value', 'submission_id', colocate_with => 'data_value');

-- Spread by the area: a page asks for some areas, and each of them is answered by one machine.
SELECT create_distributed_table('area_total', 'area_id');
SELECT create_distributed_table('area_report', 'area_id', colocate_with => 'area_total');

-- Everything else (issue, extension, remark, audit with its append-only trigger, message, job …) stays on the coordinator.
