-- Number, system, kind, head before, head and digest of the list of each block; then, in base64, the bytes whose SHA-256 the
-- head must be, and the list.
select
    seq, system_identifier, kind, coalesce(encode(previous_head, 'hex'), '-'), encode(head, 'hex'), encode(list_digest, 'hex'),
    translate(encode(convert_to((
        select '1' || string_agg(coalesce(octet_length(value) || ':' || value, '-'), '' order by place)
        from unnest(array[
            'block', seq::text, encode(previous_head, 'hex'), kind, part::text, row_count::text,
            encode(list_digest, 'hex'), since::text, snapshot::text, system_identifier::text, chained_at::text,
            chained_by
        ]) with ordinality as field (value, place)
    ), 'UTF8'), 'base64'), E'\n', ''),
    translate(encode(convert_to((
        select string_agg(encode(digest, 'hex') || '  ' || key || E'\n', '' order by place)
        from unnest(keys, digests) with ordinality as listed (key, digest, place)
    ), 'UTF8'), 'base64'), E'\n', '')
from pgsync.audit_chain
order by seq;
