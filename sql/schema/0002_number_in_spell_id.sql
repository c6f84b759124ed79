-- Schema version 2: a charge keeps its provider spell number in its spell_id alone (spell_id_of).
alter table charge drop column provider_spell_number;
