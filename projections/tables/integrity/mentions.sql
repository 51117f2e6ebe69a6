-- Mentions: every id that an event names, of whatever kind. A kind of id that is to be known and
-- checked stands here and nowhere else.
--
--   further_mentions  ids that no other table keeps
--   mentions          all of them, from the tables of their subjects; part is
--                     begins  the event is the beginning of what has the id, such as deal.opened
--                     own     an event about it that is not its beginning, such as deal.won
--                     about   an event whose envelope has this client, performer or unit
--                     named   the event is about something else and names it
--   look              an id without what the eye does not tell apart

-- name: tables
CREATE TABLE further_mentions (
    position    bigint NOT NULL,
    occurred_at timestamptz,
    kind        text NOT NULL,
    id          text NOT NULL,
    annulled_at annulled_position
);

-- name: indexes
CREATE INDEX ON further_mentions (position);

-- name: functions
-- When the event at a position happened, for tables that do not say so.
CREATE FUNCTION happened_at("position" bigint) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT e.occurred_at FROM entries e WHERE e.position = $1
$$;

-- One branch a column, without DISTINCT or GROUP BY, so that a condition on kind and id reaches the
-- tables and leaves out the branches of other kinds.
CREATE FUNCTION mentions() RETURNS TABLE (
    kind text, id text, part text, at timestamptz, "position" bigint, annulled_at bigint
) LANGUAGE sql STABLE AS $$
    SELECT 'client', client, 'begins', occurred_at, position, annulled_at::bigint FROM client_steps
    WHERE step IN ('prospect', 'registered')
    UNION ALL
    SELECT 'client', client, 'about', occurred_at, position, annulled_at FROM timeline
    UNION ALL
    SELECT 'client', parent, 'named', occurred_at, position, annulled_at FROM client_steps
    WHERE parent IS NOT NULL
    UNION ALL
    SELECT 'client', referred_by, 'named', occurred_at, position, annulled_at FROM client_steps
    WHERE referred_by IS NOT NULL
    UNION ALL
    -- An absorbed id points to its survivor, whether or not it was ever registered.
    SELECT 'client', absorbed, CASE change WHEN 'merged' THEN 'begins' ELSE 'own' END,
           occurred_at, position, annulled_at FROM merges
    UNION ALL
    SELECT 'client', survivor, 'named', occurred_at, position, annulled_at FROM merges
    UNION ALL
    SELECT 'contact person', contact, CASE change WHEN 'added' THEN 'begins' ELSE 'own' END,
           occurred_at, position, annulled_at FROM person_changes
    UNION ALL
    SELECT 'contact person', contact, 'named', occurred_at, position, annulled_at FROM interactions
    WHERE contact IS NOT NULL
    UNION ALL
    SELECT 'employee', employee, CASE change WHEN 'hired' THEN 'begins' ELSE 'own' END,
           effective_at, position, annulled_at FROM employment_changes
    UNION ALL
    SELECT 'employee', performed_by, 'about', occurred_at, position, annulled_at FROM entries
    WHERE performed_by IS NOT NULL
    UNION ALL
    SELECT 'employee', to_employee, 'named', effective_at, position, annulled_at
    FROM ownership_changes WHERE to_employee IS NOT NULL
    UNION ALL
    SELECT 'employee', from_employee, 'named', effective_at, position, annulled_at
    FROM ownership_changes WHERE from_employee IS NOT NULL
    UNION ALL
    SELECT 'employee', from_employee, 'named', occurred_at, position, annulled_at FROM batch_steps
    WHERE from_employee IS NOT NULL
    UNION ALL
    SELECT 'employee', employee, 'named', occurred_at, position, annulled_at
    FROM approaches_refused
    UNION ALL
    SELECT 'employee', owner, 'named', occurred_at, position, annulled_at
    FROM approaches_refused WHERE owner IS NOT NULL
    UNION ALL
    SELECT 'employee', employee, 'named', occurred_at, position, annulled_at FROM contacts_barred
    UNION ALL
    SELECT 'employee', employee, 'named', occurred_at, position, annulled_at FROM team_changes
    UNION ALL
    SELECT 'employee', employee, 'named', occurred_at, position, annulled_at FROM takeover_steps
    UNION ALL
    SELECT 'employee', employee, 'named', occurred_at, position, annulled_at FROM conflict_changes
    UNION ALL
    SELECT 'employee', claimant, 'named', occurred_at, position, annulled_at FROM dispute_changes
    WHERE claimant IS NOT NULL
    UNION ALL
    SELECT 'employee', respondent, 'named', occurred_at, position, annulled_at
    FROM dispute_changes WHERE respondent IS NOT NULL
    UNION ALL
    SELECT 'employee', holder, 'named', occurred_at, position, annulled_at FROM deal_changes
    WHERE holder IS NOT NULL
    UNION ALL
    SELECT 'employee', assignee, 'named', occurred_at, position, annulled_at FROM task_changes
    WHERE assignee IS NOT NULL
    UNION ALL
    SELECT 'employee', assigned_by, 'named', occurred_at, position, annulled_at FROM task_changes
    WHERE assigned_by IS NOT NULL
    UNION ALL
    SELECT 'employee', holder, 'named', occurred_at, position, annulled_at FROM case_holdings
    WHERE track = 'person' AND holder IS NOT NULL
    UNION ALL
    SELECT 'employee', employee, 'named', happened_at(position), position, annulled_at FROM absences
    UNION ALL
    SELECT 'employee', substitute, 'named', happened_at(position), position, annulled_at
    FROM absences
    WHERE substitute IS NOT NULL
    UNION ALL
    SELECT 'employee', employee, 'named', occurred_at, position, annulled_at FROM skills
    UNION ALL
    SELECT 'employee', employee, 'named', occurred_at, position, annulled_at FROM role_changes
    UNION ALL
    SELECT 'employee', value, 'named', occurred_at, position, annulled_at FROM access_changes
    WHERE type IN ('login.linked', 'login.unlinked')
    UNION ALL
    SELECT 'employee', employee, 'named', occurred_at, position, annulled_at FROM access_rulings
    WHERE employee IS NOT NULL
    UNION ALL
    SELECT 'employee', manager, 'named', effective_at, position, annulled_at FROM unit_definitions
    WHERE manager IS NOT NULL
    UNION ALL
    SELECT 'employee', scope_id, 'named', occurred_at, position, annulled_at
    FROM target_definitions WHERE scope = 'employee' AND scope_id IS NOT NULL
    UNION ALL
    SELECT 'employee', scope_id, 'named', happened_at(position), position, annulled_at
    FROM norm_versions
    WHERE scope = 'employee' AND scope_id IS NOT NULL
    UNION ALL
    SELECT 'employee', employee, 'named', happened_at(position), position, annulled_at
    FROM norm_breaches
    UNION ALL
    SELECT 'employee', employee, 'named', happened_at(position), position, annulled_at
    FROM reductions_proposed
    UNION ALL
    SELECT 'employee', employee, 'named', happened_at(position), position, annulled_at
    FROM statements_issued
    UNION ALL
    SELECT 'unit', unit, 'begins', effective_at, position, annulled_at FROM unit_definitions
    UNION ALL
    SELECT 'unit', parent, 'named', effective_at, position, annulled_at FROM unit_definitions
    WHERE parent IS NOT NULL
    UNION ALL
    SELECT 'unit', unit, 'named', effective_at, position, annulled_at FROM employment_changes
    WHERE unit IS NOT NULL
    UNION ALL
    SELECT 'unit', unit, 'about', occurred_at, position, annulled_at FROM entries
    WHERE unit IS NOT NULL
    UNION ALL
    SELECT 'unit', scope, 'named', occurred_at, position, annulled_at FROM role_changes
    WHERE scope IS NOT NULL
    UNION ALL
    SELECT 'unit', unit, 'named', occurred_at, position, annulled_at FROM team_changes
    WHERE unit IS NOT NULL
    UNION ALL
    SELECT 'unit', holder, 'named', occurred_at, position, annulled_at FROM case_holdings
    WHERE track = 'unit' AND holder IS NOT NULL
    UNION ALL
    SELECT 'unit', scope_id, 'named', occurred_at, position, annulled_at
    FROM target_definitions WHERE scope = 'unit' AND scope_id IS NOT NULL
    UNION ALL
    SELECT 'unit', scope_id, 'named', happened_at(position), position, annulled_at
    FROM norm_versions
    WHERE scope = 'unit' AND scope_id IS NOT NULL
    UNION ALL
    SELECT 'deal', deal, CASE change WHEN 'opened' THEN 'begins' ELSE 'own' END,
           occurred_at, position, annulled_at FROM deal_changes
    UNION ALL
    SELECT 'deal', deal, 'named', occurred_at, position, annulled_at FROM purchases
    WHERE deal IS NOT NULL
    UNION ALL
    SELECT 'deal', deal, 'named', occurred_at, position, annulled_at FROM offer_changes
    WHERE deal IS NOT NULL
    UNION ALL
    SELECT 'deal', deal, 'named', occurred_at, position, annulled_at FROM task_changes
    WHERE deal IS NOT NULL
    UNION ALL
    SELECT 'deal', first_deal, 'named', occurred_at, position, annulled_at FROM client_steps
    WHERE first_deal IS NOT NULL
    UNION ALL
    SELECT 'purchase', purchase, 'begins', occurred_at, position, annulled_at FROM purchases
    UNION ALL
    SELECT 'purchase', purchase, 'named', occurred_at, position, annulled_at FROM returns
    UNION ALL
    SELECT 'offer', offer, CASE change WHEN 'sent' THEN 'begins' ELSE 'own' END,
           occurred_at, position, annulled_at FROM offer_changes
    UNION ALL
    SELECT 'case', case_id, CASE change WHEN 'opened' THEN 'begins' ELSE 'own' END,
           occurred_at, position, annulled_at FROM case_changes
    UNION ALL
    SELECT 'case', case_id, 'own', occurred_at, position, annulled_at FROM case_holdings
    UNION ALL
    SELECT 'case', case_id, 'named', occurred_at, position, annulled_at FROM task_changes
    WHERE case_id IS NOT NULL
    UNION ALL
    SELECT 'task', task, CASE change WHEN 'assigned' THEN 'begins' ELSE 'own' END,
           occurred_at, position, annulled_at FROM task_changes
    UNION ALL
    SELECT 'interaction', subject, CASE kind WHEN 'mood' THEN 'named'
               WHEN 'meeting_cancelled' THEN 'own' ELSE 'begins' END,
           occurred_at, position, annulled_at FROM interactions
    WHERE subject IS NOT NULL AND kind <> 'satisfaction'
    UNION ALL
    SELECT 'interaction', in_reply_to, 'named', occurred_at, position, annulled_at
    FROM interactions WHERE in_reply_to IS NOT NULL
    UNION ALL
    SELECT 'batch', batch, CASE step WHEN 'started' THEN 'begins' ELSE 'own' END,
           occurred_at, position, annulled_at FROM batch_steps
    UNION ALL
    SELECT 'batch', batch, 'own', happened_at(position), position, annulled_at FROM batch_moves
    UNION ALL
    SELECT 'dispute', dispute, CASE change WHEN 'opened' THEN 'begins' ELSE 'own' END,
           occurred_at, position, annulled_at FROM dispute_changes
    UNION ALL
    SELECT 'target', target, 'begins', occurred_at, position, annulled_at FROM target_definitions
    UNION ALL
    SELECT 'target', target, 'own', occurred_at, position, annulled_at FROM target_revisions
    UNION ALL
    SELECT 'target', target, 'own', happened_at(position), position, annulled_at
    FROM target_shortfalls
    UNION ALL
    SELECT 'norm', norm, 'begins', happened_at(position), position, annulled_at FROM norm_versions
    UNION ALL
    SELECT 'norm', norm, 'own', happened_at(position), position, annulled_at FROM norm_breaches
    UNION ALL
    SELECT 'scheme', scheme, 'begins', happened_at(position), position, annulled_at
    FROM schemes_published
    UNION ALL
    SELECT 'scheme', scheme, 'named', happened_at(position), position, annulled_at
    FROM periods_closed
    UNION ALL
    SELECT 'reduction', reduction, 'begins', happened_at(position), position, annulled_at
    FROM reductions_proposed
    UNION ALL
    SELECT 'reduction', reduction, 'own', happened_at(position), position, annulled_at
    FROM reductions_decided
    UNION ALL
    -- Whoever became known after a period was closed has corrections, but no statement was issued.
    SELECT 'statement', statement, 'begins', happened_at(position), position, annulled_at
    FROM statements_issued
    UNION ALL
    SELECT 'statement', statement, CASE ruling WHEN 'corrected' THEN 'begins' ELSE 'own' END,
           occurred_at, position, annulled_at
    FROM statement_rulings
    UNION ALL
    SELECT kind, id, 'named', occurred_at, position, annulled_at FROM further_mentions
    UNION ALL
    -- Names: they need not be defined, but a question for one that nobody ever used is a mistake.
    SELECT 'pipeline', pipeline, 'begins', effective_at, position, annulled_at FROM pipeline_stages
    UNION ALL
    SELECT 'pipeline', pipeline, 'begins', occurred_at, position, annulled_at FROM deal_changes
    WHERE pipeline IS NOT NULL
    UNION ALL
    SELECT 'stage', stage, 'begins', effective_at, position, annulled_at FROM pipeline_stages
    UNION ALL
    SELECT 'stage', stage, 'begins', occurred_at, position, annulled_at FROM deal_changes
    WHERE stage IS NOT NULL
    UNION ALL
    SELECT 'role', role, 'begins', occurred_at, position, annulled_at FROM role_changes
    UNION ALL
    SELECT 'field', field, 'begins', occurred_at, position, annulled_at FROM fact_changes
$$;

-- Upper and lower case, Cyrillic and Greek letters that look Latin, 0 and O, dashes of any length.
CREATE FUNCTION look(id text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN octet_length(id) = length(id) THEN translate(lower(id COLLATE "C"), 'o', '0')
    ELSE translate(lower(translate(normalize(id, NFKC),
        'АВЕЁКМНОРСТУХІЇЈЅԚԜҮавеёкмнорстухіїјѕԛԝүΑΒΕΖΗΙΚΜΝΟΡΤΥΧαβεικνορτυχ'
            || U&'\2010\2011\2012\2013\2014\2212',
        'ABEEKMHOPCTYXIIJSQWYabeekmhopctyxiijsqwyABEZHIKMNOPTYXabeiknoptyx------') COLLATE "C"),
        'БГДЖЗИЙЛПФЦЧШЩЪЫЬЭЮЯo', 'бгджзийлпфцчшщъыьэюя0') END
$$;

-- Open deals, tasks and cases of those who had left, and when they left.
CREATE FUNCTION left_open(as_of bigint, on_time timestamptz) RETURNS TABLE (
    what text, id text, employee text, client text, events bigint,
    departed_at timestamptz, departed_precision text, "position" bigint
) LANGUAGE sql STABLE AS $$
    WITH gone AS MATERIALIZED (
        SELECT employee, departed_at, departed_precision FROM staff(as_of, on_time) WHERE departed
    )
    SELECT w.what, w.id, g.employee, w.client, 1::bigint, g.departed_at, g.departed_precision,
           w.position
    FROM gone g JOIN (
        SELECT 'deal' AS what, deal AS id, holder, client, from_position AS position
        FROM deal_spells_at(as_of)
        WHERE status = 'open' AND from_at <= on_time AND on_time < to_at
        UNION ALL
        SELECT 'task', task, assignee, client, position FROM tasks_of(as_of, on_time)
        WHERE state = 'open' AND EXISTS (SELECT FROM gone)
        UNION ALL
        SELECT 'case', case_id, assignee, client, position FROM cases_of(as_of, on_time)
        WHERE status = 'open' AND EXISTS (SELECT FROM gone)
    ) AS w ON w.holder = g.employee
$$;
