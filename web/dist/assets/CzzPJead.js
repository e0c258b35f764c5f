import{f as n}from"./Qb9Umv2q.js";const a=e=>`${n(e.township_name,e.township_name_en)} · ${e.place}`,i=e=>n(e.item_name,e.item_name_en);export{i,a as w};
