-- The four roles, before anything is granted to them.
call pyorch._create_roles();
