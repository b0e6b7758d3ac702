import {test} from "vitest"; test("x",()=>{});
import {compileCypher} from '../../../src/query/cypher/lower.ts';
import {problemsOf, problemText} from '../../../src/lib/problem.ts';
import {compile} from '../../../src/query/evaluate.ts';
import {Decimal} from '../../../src/data/decimal.ts';
const t=(schema,name,cols)=>({id:`${schema}.${name}`,schema,name,columns:cols.map(([name,kind])=>({name,type:{kind}})),keyColumns:[0],foreignKeys:[]});
const cat={tables:[t('public','metrics',[['id','int4'],['name','text'],['value','numeric'],['unit','text'],['updated_at','timestamp']]),t('public','alerts',[['id','int4'],['metric_name','text'],['severity','text'],['message','text'],['acknowledged','bool'],['created_at','timestamp']]),t('a','x',[['id','int4']]),t('b','x',[['id','int4']])],joins:[{id:'HAS',keys:[{label:'metrics',property:'name'},{label:'alerts',property:'metric_name'}]}]};
for (const q of [`MATCH (m:metrics)
      RETURN m.id, m.name, m.value, m.unit, m.updated_at`,`MATCH (a:alerts)
      WHERE a.acknowledged = false
      RETURN a.id, a.metric_name, a.severity, a.message, a.created_at`,`MATCH (m:metrics)
      WHERE (m.name = 'cpu_usage' AND m.value > 80)
         OR (m.name = 'memory_usage' AND m.value > 85)
      RETURN m.name, m.value, m.unit`, 'MATCH (m:metrics {value: 79.9})-[r:HAS]->(a) WHERE m.value IN [1, 2.5] RETURN m, a.id + 1, a.severity AS s, type(r)','MATCH (m:metric), (y:x) WHERE m.vlue = 1 OR z = 1 RETURN m.id, m.id','MATCH (m:metrics) CREATE (b)','MATCH (m:metrics) RETURN m.id ~ 3','MATCH (m:metrics) RETURN '+'('.repeat(100000), 'MATCH (m:metrics) RETURN m.valu, m.nam, n.x']) {
 try { const p=compileCypher(q,cat as never); console.log(JSON.stringify(p,(k,v)=>k==='compute'?undefined:typeof v==='bigint'?String(v):k==='columns'?v.map(c=>c.name).join():v).slice(0,1500));
  if (p.kind==='project'&&p.input.kind==='filter') console.log(compile(p.input.predicate)([1,'cpu_usage',new Decimal(8050,2),'x',1]));
 }
 catch(e){ const ps=problemsOf(e); if(!ps.length) throw e; for(const p of ps) console.log(problemText(p)); }
}
