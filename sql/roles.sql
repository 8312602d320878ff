-- The four roles, before anything is granted to them.
call pyorch._create_roles();

-- All of them may look into the schemas; what they may do there, each file says.
call pyorch._grant('viewer', 'usage', 'schema', 'pyorch');
call pyorch._grant('worker', 'usage', 'schema', 'pyorch');
call pyorch._grant('worker', 'usage', 'schema', 'pyorch_api');
call pyorch._grant('operator', 'usage', 'schema', 'pyorch_api');
