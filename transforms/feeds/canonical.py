"""The canonical record's fields, in the order of the data dictionary."""

# Required of every record, as a column too; the update type and its time only under net change.
REQUIRED = (
    "cds_unique_identifier",
    "cds_record_type",
    "cds_activity_date",
    "local_patient_identifier",
    "provider_code",
    "provider_spell_number",
    "episode_number",
    "patient_classification",
    "admission_method",
    "admission_date",
    "episode_start_date",
    "episode_end_date",
)
REQUIRED_UNDER_NET_CHANGE = ("cds_update_type", "cds_applicable_datetime")

FIELDS = (
    "cds_unique_identifier",
    "cds_record_type",
    "cds_update_type",
    "cds_applicable_datetime",
    "cds_activity_date",
    "prime_recipient",
    "nhs_number",
    "nhs_number_status",
    "local_patient_identifier",
    "birth_date",
    "sex",
    "postcode",
    "residence_commissioner",
    "gp_practice_code",
    "gmp_code",
    "referrer_code",
    "provider_code",
    "commissioner_code",
    "commissioning_serial_number",
    "provider_spell_number",
    "episode_number",
    "last_episode_in_spell",
    "patient_classification",
    "administrative_category",
    "admission_method",
    "source_of_admission",
    "admission_date",
    "discharge_date",
    "discharge_method",
    "discharge_destination",
    "episode_start_date",
    "episode_end_date",
    "intended_management",
    "main_specialty",
    "treatment_function",
    "consultant_code",
    "primary_diagnosis",
    "secondary_diagnoses",
    "primary_procedure",
    "secondary_procedures",
    "hrg_code",
    "hrg_version",
    "spell_hrg_code",
    "critical_care_days",
    "rehabilitation_days",
    "palliative_care_days",
)


def organisation_code(code: str) -> str:
    """A code without the 00 that makes a trust's three characters five (`RH800` is `RH8`)."""
    if len(code) == len("RH800") and code.endswith("00"):
        return code.removesuffix("00")
    return code
