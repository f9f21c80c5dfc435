-- Lets the clinic's programs record revenue; install.sql runs this when it is told their role.
set search_path to pg_catalog, pg_temp;

grant usage on schema public to :"clinic_role";  -- noqa: PRS

grant execute on function
public.record_consultation_revenue(bigint, bigint, numeric, text, bigint),
public.record_pharmacy_sale(bigint, numeric, numeric, numeric, text),
public.record_lab_revenue(bigint, numeric, text),
public.record_ultrasound_revenue(bigint, numeric, text)
to :"clinic_role";
