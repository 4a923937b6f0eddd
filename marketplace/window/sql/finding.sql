-- Listings in which every word is found. A word that no offered listing holds, under any ending, is
-- taken for a typing error: what is written most like it is found instead.
CREATE FUNCTION window_find(asked text[]) RETURNS SETOF bigint LANGUAGE plpgsql STABLE
SET pg_trgm.word_similarity_threshold = 0.4 AS $$
DECLARE
    word text;
    wanted tsquery;
    these bigint[];
    found bigint[];
BEGIN
    FOREACH word IN ARRAY asked LOOP
        wanted := plainto_tsquery('welfare_italian', word);
        CONTINUE WHEN numnode(wanted) = 0;  -- "di", "per": no word that says anything
        these := ARRAY(
            SELECT s.listing_id FROM window_searchable AS s
            JOIN providers_listing AS l ON l.id = s.listing_id AND l.status = 'published'
            WHERE s.document @@ wanted
        );
        IF these = '{}' AND length(word) > 3 THEN
            these := ARRAY(
                SELECT listing_id FROM (
                    SELECT s.listing_id, word_similarity(window_plain(word), s.words) AS likeness,
                        max(word_similarity(window_plain(word), s.words)) OVER () AS best
                    FROM window_searchable AS s
                    JOIN providers_listing AS l ON l.id = s.listing_id AND l.status = 'published'
                    WHERE s.words %> window_plain(word)
                ) AS alike
                WHERE likeness >= 0.75 * best
            );
        END IF;
        found := CASE WHEN found IS NULL THEN these ELSE ARRAY(
            SELECT unnest(found) INTERSECT SELECT unnest(these)
        ) END;
        EXIT WHEN found = '{}';
    END LOOP;
    RETURN QUERY SELECT unnest(found);  -- nothing, where no word says anything
END $$;

-- How well a listing answers: words in its name first, then in its provider's, then anywhere; where
-- these are equal, what is written most like what was asked. A whole number, so that pages of a
-- list can begin after it.
CREATE FUNCTION window_relevance(document tsvector, words text, asked text) RETURNS integer
LANGUAGE sql STABLE AS $$
    SELECT (ts_rank(document, replace(
            plainto_tsquery('welfare_italian', asked)::text, '&', '|')::tsquery) * 1000000)::integer
        + (word_similarity(window_plain(asked), words) * 1000)::integer
$$;
