-- Set what can be set about the ways of ranking; null leaves a number as it is.
update warehouse.dim_rank_method
set
    prior_weight = coalesce(%(prior_weight)s, prior_weight),
    prior_mean = case
        when %(prior_mean)s::text is null then prior_mean else nullif(%(prior_mean)s::text, '')::double precision
    end
where name = 'bayesian';

update warehouse.dim_rank_method
set rating_weight = coalesce(%(rating_weight)s, rating_weight)
where name = 'blend';
